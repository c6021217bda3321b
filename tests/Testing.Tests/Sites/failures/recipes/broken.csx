Plant.pres.Scans.To(Sinks.broker);
