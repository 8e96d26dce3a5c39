// A list that follows what is being published: it waits while somebody types a search, so that no letter is lost.

document.addEventListener("htmx:before:request", (event) => {
  if (document.activeElement?.matches("[data-search]")) event.preventDefault();
});
