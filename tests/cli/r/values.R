# Each type of R's both ways: as Python sees it, and as it comes back.

source("checks.R")

column <- function(x) tibble::tibble(x = x)
both <- function(x, seen = NULL) {
  if (!is.null(seen)) same(see(column(x))$x, seen)
  same(echo(column(x)), column(x))
  same(echo(column(x[0])), column(x[0]))
}
latin <- "caf\xe9"
Encoding(latin) <- "latin1"

check("logical with NA", both(c(TRUE, NA, FALSE), "boolean [True, None, False]"))
check("logical", both(c(TRUE, FALSE), "bool [True, False]"))
check("integer", both(c(1L, -5L), "int64 [1, -5]"))
check("integer with NA", both(c(1L, NA, .Machine$integer.max), "Int64 [1, None, 2147483647]"))
check("double", both(c(1.5, -0, 1e300, Inf, -Inf, .Machine$double.xmin, 0.1 + 0.2)))
check("whole double", both(c(1, 2, NA), "float64 [1.0, 2.0, nan]"))
check("double NA is NA", same(is.nan(echo(column(c(NA_real_, 1)))$x), c(FALSE, FALSE)))
check("double NaN is missing", same(is.na(echo(column(c(NaN, 1)))$x), c(TRUE, FALSE)))
check("character", both(c("a", NA, "", "NA", "\u00e9\u4e2d\U1F600", "two\nlines")))
check("character NA", same(grepl("^(str|object) \\['a', (None|nan)\\]$", see(column(c("a", NA)))$x), TRUE))
check("character of another encoding", same(see(latin), "str 'caf\u00e9'"))
check("character that is no text", fails(echo(column("\xff\xfe")), "imagesasdata_error", "not UTF-8", "iconv("))
check("factor", both(factor(c("x", NA, "z"), levels = c("z", "y", "x")), "category ['x', nan, 'z']"))
check("ordered factor", both(factor(c("low", "high"), levels = c("low", "mid", "high"), ordered = TRUE)))
check("Date", both(as.Date(c("2020-02-29", NA, "1815-06-18"))))
check("Date in Python", same(
  see(column(as.Date(c("2020-02-29", NA))))$x,
  "object [datetime.date(2020, 2, 29), None]"
))
check("Date within a day", same(echo(column(structure(18000.75, class = "Date"))), column(structure(18000, class = "Date"))))
check("POSIXct with a zone", both(as.POSIXct(c("2020-07-01 10:00:00", NA), tz = "America/New_York")))
check("POSIXct in Python", same(
  see(column(as.POSIXct("2020-07-01 10:00:00", tz = "America/New_York")))$x,
  "datetime64[us, America/New_York] [Timestamp('2020-07-01 10:00:00-0400', tz='America/New_York')]"
))
check("POSIXct of the session's zone", {
  Sys.setenv(TZ = "Europe/Berlin")
  x <- as.POSIXct("2020-01-01 12:00:00")
  same(grepl("12:00:00+0100", see(column(x))$x, fixed = TRUE), TRUE)
  same(echo(column(x)), column(x))
  Sys.setenv(TZ = "UTC")
})
check("POSIXct with fractions", close_to(
  as.double(echo(column(as.POSIXct(1594640000.123456, origin = "1970-01-01", tz = "UTC")))$x), 1594640000.123456, 1e-15
))
check("POSIXct before 1970", both(as.POSIXct("1955-03-01 01:02:03", tz = "UTC")))
check("POSIXlt", same(echo(column(as.POSIXlt("2020-01-01", tz = "UTC"))), column(as.POSIXct("2020-01-01", tz = "UTC"))))
check("difftime", both(as.difftime(c(1.5, NA), units = "hours")))
check("infinite date", fails(echo(column(as.Date(Inf))), "imagesasdata_error", "The column \"x\"", "infinite"))
check("haven_labelled", both(haven::labelled(c(1, 2, NA), c(Yes = 1, No = 2), label = "Protest?"), "float64 [1.0, 2.0, nan]"))
check("haven_labelled integer", both(haven::labelled(c(1L, 2L), c(Yes = 1L))))
check("haven_labelled character", both(haven::labelled(c("f", "m"), c(Female = "f"))))
check("haven tagged missing values", same(
  haven::na_tag(echo(column(haven::tagged_na("a", "z")))$x), c("a", "z")
))
check("a variable's label", both(structure(c(1.5, 2), label = "Likes")))
check("integer64", both(bit64::as.integer64(c("1234567890123456789", NA)), "Int64 [1234567890123456789, None]"))
check("long ids of Python", same(helper("long_ids")()$id, bit64::as.integer64(c("1234567890123456789", NA))))
check("whole numbers over an integer's", same(see(column(c(3e9, NA)))$x, "float64 [3000000000.0, nan]"))
check("list of numbers", both(list(c(0.5, 1.5), NULL, c(2, NA))))
check("list of whole numbers", both(list(1:3, 4L)))
check("list of texts", both(list(c("a", NA), character(), "b")))
check("list of mixed types", fails(echo(column(list(1, "a"))), "imagesasdata_error", "\"x\"", "double and character"))
check("nested tables", fails(echo(column(list(iris))), "imagesasdata_error", "\"x\"", "unnest"))
check("matrix column", fails(echo(column(diag(2))), "imagesasdata_error", "\"x\"", "matrix"))
check("complex", fails(echo(column(1i)), "imagesasdata_error", "\"x\"", "complex"))
check("unknown class", fails(
  echo(column(structure(1, class = "yearmon"))), "imagesasdata_error", "\"x\"", "yearmon", "as.numeric()"
))
check("AsIs", same(echo(data.frame(x = I("a")))$x, "a"))
check("all missing keeps its type", {
  both(c(NA_character_, NA)); both(c(NA, NA)); both(as.Date(c(NA, NA))); both(factor(NA, levels = "a"))
})
check("no rows", same(echo(iris[0, ]), iris[0, ]))
check("no columns", same(dim(echo(iris[, 0])), c(150L, 0L)))
check("data frame stays one", same(class(echo(iris)), "data.frame"))
check("iris", same(echo(iris), iris))
check("tibble", same(echo(as_tibble(iris)), as_tibble(iris)))
check("data.table", same(class(echo(data.table::as.data.table(iris))), c("data.table", "data.frame")))
check("grouped", same(group_vars(echo(group_by(iris, Species))), "Species"))
check("names of columns", same(names(echo(stats::setNames(data.frame(1, 2, 3), c("a b", "\u00e9", "1")))), c("a b", "\u00e9", "1")))
check("other rows keep labels", {
  x <- column(haven::labelled(c(1, 2, 3), c(Yes = 1)))
  same(helper("doubled")(x)$x, x$x[c(1, 1, 2, 2, 3, 3)])
  same(helper("half")(x)$x, x$x[c(1, 3)])
})

check("options", {
  same(see(3), "int 3"); same(see(3L), "int 3"); same(see(2.5), "float 2.5"); same(see("a"), "str 'a'")
  same(see(TRUE), "bool True"); same(see(NULL), "NoneType None"); same(see(c(1, 2)), "list [1, 2]")
  same(see(c(1, 2.5)), "list [1.0, 2.5]"); same(see(list("a")), "list ['a']"); same(see(character()), "list []")
  same(see(c(a = "b")), "dict {'a': 'b'}"); same(see(list(a = 1, b = "x")), "dict {'a': 1, 'b': 'x'}")
  same(see(list(a = c("x", "y"))), "dict {'a': ['x', 'y']}"); same(see(c("a", NA)), "list ['a', None]")
  same(see(as.Date("2020-01-02")), "date datetime.date(2020, 1, 2)"); same(see(1:2), "list [1, 2]")
  same(see(factor(c("a", "b"))), "list ['a', 'b']"); same(see(as.raw(1:2)), "bytes b'\\x01\\x02'")
  same(see(1e300), "float 1e+300"); same(see(Inf), "float inf")
})
check("formula", {
  same(see(likes ~ crowd + log(day)), "str 'likes ~ crowd + log(day)'")
  long <- as.formula(paste("y ~", paste0("variable_", 1:200, collapse = " + ")))
  same(nchar(see(long)) > 2000, TRUE)
  same(grepl("\\n", see(long), fixed = TRUE), FALSE)
})
check("matrix", same(see(matrix(1:4, 2)), "ndarray array([[1, 3],\n       [2, 4]], dtype=int32)"))
check("matrix back", same(echo(matrix(c(1, 2, 3, 4, 5, 6), 2)), matrix(c(1, 2, 3, 4, 5, 6), 2)))
check("values back", {
  same(echo(list(1, "a", NULL)), list(1L, "a", NULL)); same(echo(list(a = 1, b = c("x", "y"))), list(a = 1L, b = c("x", "y")))
  same(echo("a"), "a"); same(echo(c(1.5, 2)), c(1.5, 2)); same(echo(as.Date("2020-01-02")), as.Date("2020-01-02"))
  same(echo(as.raw(0:2)), as.raw(0:2)); same(echo(NULL), NULL)
})
check("NA alone", fails(echo(NA), "imagesasdata_error", "is NA", "NULL"))
check("half of the names", fails(echo(c(a = 1, 2)), "imagesasdata_error", "not one for each"))
check("functions", fails(echo(mean), "imagesasdata_error", "function of R"))
check("these checks can fail", {
  problem <- utils::capture.output(check("not this one", same(1L, 1)))
  same(grepl("^not ok", problem[1]), TRUE)
})
