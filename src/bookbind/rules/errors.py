"""What can go wrong when a rule is saved; each docstring is the message."""


class RuleError(Exception):
    """The rule could not be saved."""

    http_status = 400

    def __str__(self) -> str:
        """The message that a person reads."""
        return super().__str__() or str(self.__doc__)


class RuleEditedMeanwhile(RuleError):
    """Somebody saved this rule since you opened it. Nothing was changed; please look at it again."""

    http_status = 409


class RuleTargetUnknown(RuleError):
    """One of the chosen entries is not in this business's lists."""


class SupplierUnknown(RuleError):
    """A rule belongs to a supplier of this business."""


class DueDaysMissing(RuleError):
    """Please say how many days."""


class DueDaysOutOfRange(RuleError):
    """Days go from 0 to 366; a day of the month goes from 1 to 31."""


class RevisionUnknown(RuleError):
    """This rule was never saved as that version."""

    http_status = 404


class OrderIncomplete(RuleError):
    """The order has to name each of the supplier's rules once."""


class ImportHasErrors(RuleError):
    """Nothing was imported, because lines of the file need attention first."""


class ImportOutdated(RuleError):
    """Something changed since you looked, so nothing was imported. This is what the file would do now."""
