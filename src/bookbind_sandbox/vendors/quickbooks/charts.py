"""What the seeded companies begin with: charts of accounts, VAT codes, people, items, tracking."""

# Number, name, type, subtype.
UK_ACCOUNTS = (
    ("", "Sales", "Income", "SalesOfProductIncome"),
    ("", "Services", "Income", "ServiceFeeIncome"),
    ("", "Rent receivable", "Income", "OtherPrimaryIncome"),
    ("", "Other income", "Other Income", "OtherMiscellaneousIncome"),
    ("", "Bank interest received", "Other Income", "InterestEarned"),
    ("", "Cost of sales", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("", "Subcontractors - CoS", "Cost of Goods Sold", "CostOfLaborCos"),
    ("", "Direct labour", "Cost of Goods Sold", "CostOfLaborCos"),
    ("", "Freight and delivery - CoS", "Cost of Goods Sold", "ShippingFreightDeliveryCos"),
    ("", "Other direct costs", "Cost of Goods Sold", "OtherCostsOfServiceCos"),
    ("", "Advertising", "Expense", "AdvertisingPromotional"),
    ("", "Accountancy and audit fees", "Expense", "LegalProfessionalFees"),
    ("", "Bank charges", "Expense", "BankCharges"),
    ("", "Cleaning and waste", "Expense", "OtherMiscellaneousServiceCost"),
    ("", "Consultancy fees", "Expense", "LegalProfessionalFees"),
    ("", "Depreciation", "Other Expense", "Depreciation"),
    ("", "Donations", "Expense", "CharitableContributions"),
    ("", "Client entertaining", "Expense", "EntertainmentMeals"),
    ("", "Staff entertaining", "Expense", "EntertainmentMeals"),
    ("", "Postage and carriage", "Expense", "ShippingFreightDelivery"),
    ("", "Sundry expenses", "Expense", "OtherMiscellaneousServiceCost"),
    ("", "Business insurance", "Expense", "Insurance"),
    ("", "Bank interest payable", "Expense", "InterestPaid"),
    ("", "Legal and professional fees", "Expense", "LegalProfessionalFees"),
    ("", "Gas, electricity and heating", "Expense", "Utilities"),
    ("", "Water rates", "Expense", "Utilities"),
    ("", "Motor vehicle expenses", "Expense", "Auto"),
    ("", "Office supplies", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("", "Equipment hire", "Expense", "EquipmentRental"),
    ("", "Stationery and printing", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("", "Software and subscriptions", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("", "Dues and subscriptions", "Expense", "DuesSubscriptions"),
    ("", "Business rates", "Expense", "TaxesPaid"),
    ("", "Rent or lease of buildings", "Expense", "RentOrLeaseOfBuildings"),
    ("", "Repairs and renewals", "Expense", "RepairMaintenance"),
    ("", "Wages and salaries", "Expense", "PayrollExpenses"),
    ("", "Directors' salaries", "Expense", "PayrollExpenses"),
    ("", "Employer's National Insurance", "Expense", "PayrollExpenses"),
    ("", "Pension contributions", "Expense", "PayrollExpenses"),
    ("", "Training", "Expense", "OtherMiscellaneousServiceCost"),
    ("", "Private health cover", "Expense", "Insurance"),
    ("", "Telephone and broadband", "Expense", "Utilities"),
    ("", "Travel expenses", "Expense", "Travel"),
    ("", "Overseas travel", "Expense", "Travel"),
    ("", "Corporation tax", "Other Expense", "OtherMiscellaneousExpense"),
    ("", "Exchange gain or loss", "Other Expense", "ExchangeGainOrLoss"),
    ("", "Stock", "Other Current Asset", "Inventory"),
    ("", "Prepaid expenses", "Other Current Asset", "PrepaidExpenses"),
    ("", "Office furniture and equipment", "Fixed Asset", "FurnitureAndFixtures"),
    ("", "Computer hardware", "Fixed Asset", "MachineryAndEquipment"),
    ("", "Vans and cars", "Fixed Asset", "Vehicles"),
    ("", "Plant", "Fixed Asset", "MachineryAndEquipment"),
    ("", "Accumulated depreciation", "Fixed Asset", "AccumulatedDepreciation"),
    ("", "VAT control", "Other Current Liability", "GlobalTaxPayable"),
    ("", "VAT suspense", "Other Current Liability", "GlobalTaxSuspense"),
    ("", "PAYE and NI payable", "Other Current Liability", "PayrollClearing"),
    ("", "Accrued expenses", "Other Current Liability", "OtherCurrentLiabilities"),
    ("", "Directors' loan", "Other Current Liability", "LoanPayable"),
    ("", "Bank loan", "Long Term Liability", "NotesPayable"),
    ("", "Share capital", "Equity", "CommonStock"),
    ("", "Retained earnings", "Equity", "RetainedEarnings"),
    ("", "Opening balance equity", "Equity", "OpeningBalanceEquity"),
)
# The subaccounts of an account by its name.
UK_SUBACCOUNTS = {"Motor vehicle expenses": ("Fuel", "Vehicle insurance and tax")}
US_ACCOUNTS = (
    ("4000", "Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("4100", "Services", "Income", "ServiceFeeIncome"),
    ("5000", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("6000", "Advertising & Marketing", "Expense", "AdvertisingPromotional"),
    ("6010", "Auto Expenses", "Expense", "Auto"),
    ("6020", "Bank Charges & Fees", "Expense", "BankCharges"),
    ("6030", "Insurance", "Expense", "Insurance"),
    ("6040", "Legal & Professional Services", "Expense", "LegalProfessionalFees"),
    ("6050", "Office Supplies & Software", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("6060", "Rent & Lease", "Expense", "RentOrLeaseOfBuildings"),
    ("6070", "Travel", "Expense", "Travel"),
    ("6080", "Utilities", "Expense", "Utilities"),
    ("3000", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("3010", "Retained Earnings", "Equity", "RetainedEarnings"),
)
# Name, type and subtype; the first of each type is the usual one.
BANK_ACCOUNTS = (
    ("Current account", "Bank", "Checking"),
    ("Deposit account", "Bank", "Savings"),
    ("Petty cash", "Bank", "CashOnHand"),
    ("Company credit card", "Credit Card", "CreditCard"),
)
# Name, description, sales rates, purchase rates; a rate is a percentage and its special type.
STANDARD, REDUCED, ZERO = ("20.0", "NONE"), ("5.0", "NONE"), ("0.0", "ZERO_RATE")
UK_TAX_CODES = (
    ("20.0% S", "Standard rate", (STANDARD,), (STANDARD,)),
    ("5.0% R", "Reduced rate", (REDUCED,), (REDUCED,)),
    ("0.0% Z", "Zero rated", (ZERO,), (ZERO,)),
    ("Exempt", "Exempt from VAT", (("0.0", "NONE"),), (("0.0", "NONE"),)),
    ("No VAT", "Outside the scope of VAT", (("0.0", "NONE"),), (("0.0", "NONE"),)),
    (
        "20.0% RC SG",
        "Reverse charge, services and goods",
        (("0.0", "REVERSE_CHARGE"),),
        (("20.0", "REVERSE_CHARGE"), ("-20.0", "REVERSE_CHARGE")),
    ),
    (
        "20.0% RC CIS",
        "Reverse charge, construction",
        (("0.0", "REVERSE_CHARGE"),),
        (("20.0", "REVERSE_CHARGE"), ("-20.0", "REVERSE_CHARGE")),
    ),
    (
        "5.0% RC CIS",
        "Reverse charge, construction, reduced",
        (("0.0", "REVERSE_CHARGE"),),
        (("5.0", "REVERSE_CHARGE"), ("-5.0", "REVERSE_CHARGE")),
    ),
    ("20.0% ECG", "Goods bought in the EU", (), (("20.0", "FOREIGN_TAX"), ("-20.0", "FOREIGN_TAX"))),
    ("20.0% ECS", "Services bought in the EU", (), (("20.0", "FOREIGN_TAX"), ("-20.0", "FOREIGN_TAX"))),
    ("0.0% ECG", "Goods sold to the EU", (ZERO,), ()),
    ("0.0% ECS", "Services sold to the EU", (ZERO,), ()),
    (
        "20.0% PVA",
        "Postponed accounting of import VAT",
        (),
        (("20.0", "FOREIGN_TAX"), ("-20.0", "FOREIGN_TAX")),
    ),
)
IE_TAX_CODES = (
    ("23.0% S", "Standard rate", (("23.0", "NONE"),), (("23.0", "NONE"),)),
    ("13.5% R", "Reduced rate", (("13.5", "NONE"),), (("13.5", "NONE"),)),
    ("0.0% Z", "Zero rated", (ZERO,), (ZERO,)),
    ("Exempt", "Exempt from VAT", (("0.0", "NONE"),), (("0.0", "NONE"),)),
    ("No VAT", "Outside the scope of VAT", (("0.0", "NONE"),), (("0.0", "NONE"),)),
)
# Old codes that companies keep hidden.
HIDDEN_CODES = (("17.5% S", "Standard rate before 2011", (("17.5", "NONE"),), (("17.5", "NONE"),)),)
CLASSES = ("North", "South", "East", "West", "Web shop")
SUBCLASSES = {"North": ("Leeds", "York")}
LOCATIONS = ("Head office", "Workshop", "Sales floor", "Delivery depot", "Marketing")
CURRENCIES = {"GBP": "British Pound Sterling", "EUR": "Euro", "USD": "United States Dollar"}
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
PAYMENT_METHODS = (("Cash", "NON_CREDIT_CARD"), ("Cheque", "NON_CREDIT_CARD"), ("Credit Card", "CREDIT_CARD"))
# Name, sale price and income account, purchase cost and expense account; empty when not sold or bought.
ITEMS = (
    ("Consultancy", "95.00", "Services", "", ""),
    ("Design day", "620.00", "Services", "", ""),
    ("Installation service", "180.00", "Sales", "", ""),
    ("Small widget", "12.50", "Sales", "6.20", "Cost of sales"),
    ("Large widget", "31.00", "Sales", "15.40", "Cost of sales"),
    ("Web hosting", "40.00", "Services", "22.00", "Software and subscriptions"),
    ("Training day", "480.00", "Services", "350.00", "Training"),
    ("Sales", "", "Sales", "", ""),
)
# Name, company name, VAT number, postcode. The numbers are those that the same firms have elsewhere.
VENDORS = (
    ("City Fuel Limited", "City Fuel Limited", "", "BS1 4ST"),
    ("Northern Power PLC", "Northern Power PLC", "", "NE1 4LP"),
    ("BT", "British Telecommunications plc", "GB123757993", "EC1A 7AJ"),
    ("Harbour and Co", "Harbour and Co", "", "BS1 5DB"),
    ("Brightside Insurance Services", "Brightside Insurance Services Ltd", "", "BS34 8PE"),
    ("Paper + Ink Supplies", "Paper & Ink Supplies Limited", "", "BS3 2LH"),
    ("Quayside Estates LLP", "Quayside Estates LLP", "", "BS1 6UX"),
    ("Swift Couriers t/a Swift", "Swift Couriers", "GB171273979", "BS11 9DN"),
    ("Spotless Cleaning", "Spotless Cleaning Services", "", "BS2 0JP"),
    ("Cloudhouse Software Inc.", "Cloudhouse Software", "GB187112641", "EC2A 4NE"),
    ("Marsh Legal", "Marsh Legal LLP", "", "BS1 4XE"),
    ("Riverside Garage (Bristol)", "Riverside Garage", "GB202951303", "BS4 3EH"),
    ("Thames Water", "Thames Water Business", "", "RG1 8DB"),
    ("Toolstation Trade", "Tool Station Trade", "GB218789965", "BS5 9PQ"),
    ("Union Rail Ltd", "Union Rail", "", "SW1H 0EU"),
    ("Westbrook Ads", "Westbrook Advertising", "GB234628627", "BS8 1QU"),
    ("Zenith Office Furniture Ltd", "Zenith Office Furniture", "", "BS15 8DB"),
    ("Anchor Hotels Limited", "Anchor Hotels", "GB250467289", "BS1 4DJ"),
    ("Kestrel Security Ltd", "Kestrel Security", "", "BS9 3HS"),
    ("Brightline Energy", "Brightline Energy Ltd", "", "BS1 2NT"),
)
EMPLOYEE = ("City", "Clerk")
INACTIVE_VENDOR = ("Old Quay Printers", "Old Quay Printers Ltd", "", "BS1 6QS")
EURO_VENDOR = ("Atelier Lumière SARL", "Atelier Lumière SARL", "FR40303265045", "75011")
CUSTOMERS = (
    "Baker Street Café",
    "Calder Homes Limited",
    "Dawson and Daughters",
    "Easton City Council",
    "Fairview Primary School",
    "Greenway Farms Ltd",
    "Hartley Engineering (customer)",
    "The Ivy House Hotel",
    "Jubilee Events Ltd",
    "Kingsley Architects LLP",
    "Lantern Theatre Trust",
    "Meadow Vets Ltd",
)
US_VENDORS = (
    ("Bay Area Fuel", "Bay Area Fuel LLC", "", "94105"),
    ("Cloudhouse Software", "Cloudhouse Software Inc.", "", "94107"),
    ("Pacific Office Supply", "Pacific Office Supply", "", "94103"),
)
US_ITEMS = (
    ("Consulting", "150.00", "Services", "", ""),
    ("Widget", "25.00", "Sales of Product Income", "", ""),
)
