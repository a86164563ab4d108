# Checks for R scripts: a line for each, `ok NAME` or `not ok NAME: why`. `see()` is what Python sees.

suppressMessages(library(dplyr, warn.conflicts = FALSE))
before <- c("before", ls())
source(reticulate::import("imagesasdata.cli.r")$file)
made <- setdiff(ls(), before)

check <- function(name, expression) {
  problem <- tryCatch(
    {
      force(expression)
      NULL
    },
    error = function(e) conditionMessage(e)
  )
  cat(if (is.null(problem)) paste("ok", name) else paste0("not ok ", name, ": ", gsub("\n", " ", problem)), "\n")
  flush(stdout())
}

same <- function(found, wanted) {
  if (!identical(found, wanted)) {
    said <- paste(c(utils::capture.output(str(found)), "instead of", utils::capture.output(str(wanted))), collapse = " ")
    stop(paste(said, paste(all.equal(found, wanted), collapse = "; ")))
  }
}

close_to <- function(found, wanted, tolerance = 1e-9) {
  problem <- all.equal(found, wanted, tolerance = tolerance)
  if (!isTRUE(problem)) stop(paste(problem, collapse = "; "))
}

fails <- function(expression, class, ...) {
  caught <- tryCatch({ force(expression); NULL }, error = function(e) e)
  if (is.null(caught)) stop("no error")
  if (!inherits(caught, class)) stop(paste(c("its class is", class(caught), conditionMessage(caught)), collapse = " "))
  for (words in c(...)) {
    if (!grepl(words, conditionMessage(caught), fixed = TRUE)) stop(paste("no", words, "in", conditionMessage(caught)))
  }
}

helpers <- reticulate::import_from_path("helpers", ".", convert = FALSE)
bridge <- parent.env(environment(unclass(iad$features)))
helpers <- structure(list(python = helpers), class = "imagesasdata_object")
helper <- function(name) bridge$function_of(helpers, name, "")
echo <- helper("echo")
see <- helper("see")
