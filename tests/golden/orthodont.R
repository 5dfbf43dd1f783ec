# Writes orthodont.csv: the growth data of Potthoff and Roy (1964), as R's nlme carries them.
library(nlme)
data <- as.data.frame(Orthodont)[, c("Subject", "age", "Sex", "distance")]
data$Subject <- as.character(data$Subject)
data$Sex <- as.character(data$Sex)
write.csv(data, "orthodont.csv", row.names = FALSE, quote = FALSE)
