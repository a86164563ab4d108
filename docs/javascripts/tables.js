// A table that is wider than its page scrolls sideways: with the keyboard, too.
function letTablesScroll() {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
}

document$.subscribe(letTablesScroll);
addEventListener("resize", letTablesScroll);
