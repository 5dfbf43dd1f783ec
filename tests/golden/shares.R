# Writes shares.csv: two shares compared. Newcombe's interval from the Wilson intervals of prop.test; Miettinen and Nurminen's
# by maximising the two binomial likelihoods under the assumed difference or ratio numerically, not by their closed form.
tables <- list(c(56, 70, 48, 80), c(9, 10, 3, 10), c(6, 7, 2, 7), c(5, 56, 0, 29), c(0, 10, 0, 20), c(33, 44, 5, 47),
               c(12, 60, 20, 55), c(40, 138, 41, 138))
z <- qnorm(0.975)
wilson <- function(x, n) suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
newcombe <- function(a) {
  p <- a[1] / a[2]; q <- a[3] / a[4]; u <- wilson(a[1], a[2]); v <- wilson(a[3], a[4])
  p - q + c(-sqrt((p - u[1])^2 + (v[2] - q)^2), sqrt((u[2] - p)^2 + (q - v[1])^2))
}
log0 <- function(x, p) ifelse(x == 0, 0, x * log(p))
best <- function(a, treated, low, high) {
  like <- function(q) { p <- treated(q); log0(a[1], p) + log0(a[2] - a[1], 1 - p) + log0(a[3], q) + log0(a[4] - a[3], 1 - q) }
  optimize(like, c(low, high), maximum = TRUE, tol = 1e-13)$maximum
}
inflate <- function(a) sum(a[c(2, 4)]) / (sum(a[c(2, 4)]) - 1)
difference <- function(a, d) {
  q <- best(a, function(q) q + d, max(0, -d), min(1, 1 - d)); p <- q + d
  (a[1] / a[2] - a[3] / a[4] - d) / sqrt((p * (1 - p) / a[2] + q * (1 - q) / a[4]) * inflate(a))
}
ratio <- function(a, f) {
  q <- best(a, function(q) q * f, 0, min(1, 1 / f)); p <- q * f
  (a[1] / a[2] - f * a[3] / a[4]) / sqrt((p * (1 - p) / a[2] + f^2 * q * (1 - q) / a[4]) * inflate(a))
}
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-11)$root
rows <- NULL
keep <- function(a, check, ends) rows <<- rbind(rows, data.frame(x1 = a[1], n1 = a[2], x0 = a[3], n0 = a[4], check = check,
  low = formatC(ends[1], digits = 12, format = "g"), high = formatC(ends[2], digits = 12, format = "g")))
for (a in tables) {
  keep(a, "newcombe", newcombe(a))
  d <- a[1] / a[2] - a[3] / a[4]
  keep(a, "miettinen-nurminen", c(root(function(x) difference(a, x) - z, -1 + 1e-9, d - 1e-9), root(function(x) difference(a, x) + z, d + 1e-9, 1 - 1e-9)))
  if (a[3] > 0) {
    f <- (a[1] / a[2]) / (a[3] / a[4])
    keep(a, "ratio", c(exp(root(function(x) ratio(a, exp(x)) - z, log(f) - 4, log(f))), exp(root(function(x) ratio(a, exp(x)) + z, log(f), log(f) + 4))))
  }
}
write.csv(rows, "shares.csv", row.names = FALSE, quote = FALSE)
