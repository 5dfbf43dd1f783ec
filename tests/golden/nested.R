# Writes nested-people.csv (simulated here) and nested.csv: partially nested models by lme4 and pbkrtest, with one residual
# variance and, through a person-level effect in the treated arm, one an arm; the interval of the share between groups
# comes from the restricted likelihood written out densely and searched by nlminb.
suppressPackageStartupMessages({library(lme4); library(pbkrtest)})
set.seed(20260727)
sizes <- c(3, 5, 4, 7, 6, 2, 8, 5, 4)
care <- data.frame(arm = "care", therapist = rep(paste0("t", seq_along(sizes)), sizes))
people <- rbind(care, data.frame(arm = rep("sham", 40), therapist = NA))
people$id <- seq_len(nrow(people))
people$age <- round(runif(nrow(people), 25, 65))
people$start <- round(rnorm(nrow(people), 6, 1.5), 1)
lift <- rnorm(length(sizes), 0, 0.9)
treated <- people$arm == "care"
people$w18 <- 0.5 * people$start + 0.01 * people$age - 0.8 * treated + rnorm(nrow(people), 0, ifelse(treated, 1.6, 1.1))
people$w18[treated] <- people$w18[treated] + lift[match(people$therapist[treated], paste0("t", seq_along(sizes)))]
people$w18 <- round(people$w18, 2)
people$flat <- round(people$w18 - ifelse(treated, ave(people$w18, people$therapist, FUN = mean), 0), 2)
write.csv(people, "nested-people.csv", row.names = FALSE, quote = FALSE, na = "")
people$treated <- as.numeric(treated)
people$therapist <- ifelse(treated, people$therapist, "none")
tight <- lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5),
  check.nobs.vs.nlev = "ignore", check.nobs.vs.nRE = "ignore")
rows <- NULL
keep <- function(model, numbers) rows <<- rbind(rows, data.frame(model = model, field = names(numbers),
  value = trimws(formatC(unlist(numbers), digits = 15, format = "g"))))
answer <- function(model, fit) {
  place <- which(names(fixef(fit)) == "treated")
  adjusted <- vcovAdj(fit)
  keep(model, list(estimate = fixef(fit)[["treated"]], standard_error = sqrt(adjusted[place, place]),
    df = Lb_ddf(as.numeric(seq_along(fixef(fit)) == place), vcov(fit), adjusted), deviance = -2 * as.numeric(logLik(fit))))
}
spread <- function(fit, group) VarCorr(fit)[[group]][1, 1]
same <- lmer(w18 ~ treated + start + age + (0 + treated | therapist), people, control = tight)
answer("same", same)
keep("same", list(between = spread(same, "therapist"), residual = sigma(same)^2))
own <- lmer(w18 ~ treated + start + age + (0 + treated | therapist) + (0 + treated | id), people, control = tight)
answer("own", own)
keep("own", list(between = spread(own, "therapist"), residual_sham = sigma(own)^2, residual_care = sigma(own)^2 + spread(own, "id")))
flat <- suppressMessages(lmer(flat ~ treated + start + age + (0 + treated | therapist), people, control = tight))
keep("flat", list(estimate = fixef(flat)[["treated"]], between = spread(flat, "therapist"), residual = sigma(flat)^2,
  deviance = -2 * as.numeric(logLik(flat))))

X <- cbind(1, people$treated, people$start, people$age); y <- people$w18
J <- outer(people$therapist, people$therapist, "==") * outer(people$treated, people$treated)
criterion <- function(sham, within, between) {
  V <- diag(ifelse(people$treated == 1, within, sham)) + between * J
  W <- solve(V); H <- t(X) %*% W %*% X; r <- y - X %*% solve(H, t(X) %*% W %*% y)
  c(determinant(V)$modulus + determinant(H)$modulus + t(r) %*% W %*% r + (length(y) - ncol(X)) * log(2 * pi))
}
tight <- list(rel.tol = 1e-14, x.tol = 1e-12, iter.max = 2000, eval.max = 4000)
profile <- function(share) nlminb(log(c(1.2, 2.5)), function(p) criterion(exp(p[1]), (1 - share) * exp(p[2]), share * exp(p[2])),
  lower = -5, upper = 5, control = tight)$objective
best <- nlminb(c(log(c(1.2, 2.5)), 0.2), function(p) criterion(exp(p[1]), (1 - p[3]) * exp(p[2]), p[3] * exp(p[2])),
  lower = c(-5, -5, 0), upper = c(5, 5, 0.95), control = tight)
gap <- function(share) profile(share) - best$objective - qchisq(0.95, 1)
keep("own", list(icc = best$par[3], icc_high = uniroot(gap, c(best$par[3], 0.95), tol = 1e-10)$root,
  icc_low = if (gap(0) > 0) uniroot(gap, c(0, best$par[3]), tol = 1e-10)$root else 0))
write.csv(rows, "nested.csv", row.names = FALSE, quote = FALSE)
