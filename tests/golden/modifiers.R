# Writes modifiers-trial.csv, a made-up trial of 120 people with two modifiers and some visits missed, and modifiers.csv:
# its interactions by nlme::gls, how they vary together and their joint p by mvtnorm, splines by Hmisc, Holm by stats.
library(nlme)
suppressPackageStartupMessages(library(Hmisc))
set.seed(20260727)
people <- 120; weeks <- c(0, 18, 52)
arm <- rep(c(0, 1), people / 2)
fear <- round(rnorm(people, 30, 8)); age <- round(runif(people, 20, 70))
level <- rnorm(people, 6, 1.2)
y <- sapply(seq_along(weeks), function(k) {
  later <- as.numeric(k > 1)
  level + 0.03 * (fear - 30) + rnorm(people, 0, c(1, 1.3, 1.6)[k]) - later * (1 + arm * (0.8 - 0.04 * (fear - 30)))
})
y <- round(y, 3); y[matrix(runif(people * 3), people) < rep(c(0.04, 0.1, 0.15), each = people)] <- NA
trial <- data.frame(id = rep(seq_len(people), each = 3), week = rep(weeks, people), arm = rep(arm, each = 3),
                    fear = rep(fear, each = 3), age = rep(age, each = 3), pain = c(t(y)))
write.csv(trial, "modifiers-trial.csv", row.names = FALSE, quote = FALSE, na = "")

rows <- NULL
keep <- function(check, numbers) rows <<- rbind(rows, data.frame(check = check, field = names(numbers),
  value = trimws(formatC(unname(numbers), digits = 15, format = "g"))))
tight <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 1000, opt = "nlminb")
seen <- trial[!is.na(trial$pain), ]
seen$visit <- match(seen$week, weeks)
# Columns: week, arm after baseline, then every term by week and by arm after baseline.
design <- function(terms) {
  at <- sapply(1:3, function(k) as.numeric(seen$visit == k)); after <- at[, 2:3] * seen$arm
  parts <- lapply(seq_len(ncol(terms)), function(j) cbind(at * terms[, j], after * terms[, j]))
  do.call(cbind, c(list(at, after), parts))
}
fit <- function(X) { seen$X <<- X
  gls(pain ~ X - 1, seen, correlation = corSymm(form = ~ visit | id), weights = varIdent(form = ~ 1 | visit), control = tight) }
centred <- function(name) seen[[name]] - mean(trial[[name]][trial$week == 0])
# What each person adds to each coefficient.
added <- function(model, X) {
  sigma <- unclass(getVarCov(model, individual = 1, type = "marginal"))
  full <- names(which(table(seen$id) == 3))[1]
  sigma <- matrix(getVarCov(model, individual = full), 3)
  rest <- seen$pain - X %*% coef(model)
  t(sapply(seq_len(people), function(i) {
    who <- seen$id == i
    if (!any(who)) return(rep(0, ncol(X)))
    W <- solve(sigma[seen$visit[who], seen$visit[who], drop = FALSE])
    c(t(X[who, , drop = FALSE]) %*% W %*% rest[who])
  })) %*% model$varBeta
}
contributions <- NULL; z <- NULL
for (name in c("fear", "age")) {
  X <- design(cbind(centred(name))); model <- fit(X)
  wanted <- 9:10
  error <- sqrt(diag(model$varBeta))[wanted]
  keep(paste0("linear-", name), c(estimate.18 = coef(model)[[9]], estimate.52 = coef(model)[[10]], se.18 = error[[1]], se.52 = error[[2]]))
  contributions <- cbind(contributions, added(model, X)[, wanted])
  z <- c(z, coef(model)[wanted] / error)
}
together <- cov2cor(crossprod(contributions))
keep("correlation", setNames(together[upper.tri(together)], c("1.2", "1.3", "2.3", "1.4", "2.4", "3.4")))
p <- 2 * pnorm(-abs(z))
keep("p", setNames(p, 1:4)); keep("holm", setNames(p.adjust(p, "holm"), 1:4))
joint <- sapply(abs(z), function(size) 1 - mvtnorm::pmvnorm(rep(-size, 4), rep(size, 4), corr = together, abseps = 1e-7, maxpts = 1e6))
keep("max-t", setNames(joint, 1:4))
limit <- mvtnorm::qmvt(0.95, tail = "both.tails", df = 40, corr = together, abseps = 1e-6, maxpts = 1e6)$quantile
keep("limit", c(t = limit))

points <- c(5, 15, 22.5, 30, 37.5, 50, 60)
for (k in 3:5) {
  knots <- rcspline.eval(fear, nk = k, knots.only = TRUE)
  keep(paste0("knots-", k), setNames(knots, seq_len(k)))
  basis <- rcspline.eval(points, knots = knots)
  keep(paste0("basis-", k), setNames(c(t(basis)), seq_along(basis)))
}
# One follow-up visit with its own baseline as the modifier: ordinary regression, whose F test of the bend is exact.
last <- trial[trial$week == 52, ]
last$start <- trial$pain[trial$week == 0]
knots <- rcspline.eval(last$start[!is.na(last$start)], nk = 3, knots.only = TRUE)
last <- last[!is.na(last$start) & !is.na(last$pain), ]
bends <- rcspline.eval(last$start, knots = knots)
straight <- lm(pain ~ arm * start + bends, last); bent <- update(straight, . ~ . + arm:bends)
test <- anova(straight, bent)
keep("bend", c(statistic = test$F[2], p = test[["Pr(>F)"]][2], df = test$Res.Df[2]))
line <- summary(lm(pain ~ arm * start, last))$coefficients["arm:start", ]
keep("start", c(estimate = line[[1]], standard_error = line[[2]], p = line[[4]]))
write.csv(rows, "modifiers.csv", row.names = FALSE, quote = FALSE)
