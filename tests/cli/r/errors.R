# Mistakes from R: conditions with a class, in words that R knows.

source("checks.R")

check("a table without paths", fails(
  iad$features(iris), "imagesasdata_ColumnError", "The table has no column 'path'", "Hint: give path="
))
check("an option that does not exist", fails(
  iad$features(Sys.getenv("PHOTOS"), group = "light"), "imagesasdata_error", "groups"
))
check("a verb that does not exist", fails(iad$clasify, "imagesasdata_error", "classify"))
check("a wrong type", fails(
  iad$contact_sheet(Sys.getenv("PHOTOS"), n = "many"), "imagesasdata_ArgumentTypeError", "n must be a whole number", "n=60"
))
check("the call is the verb", same(
  tryCatch(iad$features(iris), error = function(e) as.character(conditionCall(e))), "features"
))
check("a warning", {
  told <- NULL
  found <- withCallingHandlers(helper("warned")(), warning = function(w) {
    told <<- w
    invokeRestart("muffleWarning")
  })
  same(found, 3L)
  same(inherits(told, "imagesasdata_GuessWarning"), TRUE)
  same(grepl("iad$features(photos, groups=c(\"light\", \"size\"))", conditionMessage(told), fixed = TRUE), TRUE)
})
check("a formula of R's that cannot be read", fails(
  iad$regress(Sepal.Length ~ I(Petal.Width^2), iris), "imagesasdata_error"
))
check("the text of a verb", same(
  any(grepl("groups", utils::capture.output(print(iad$features)))), TRUE
))
check("completion", same("classify" %in% utils:::.DollarNames(iad, "^cl"), TRUE))
check("only one name is made", same(made, "iad"))
