module slugsmith/best-speed

go 1.21
