// Every scan is one message: {"time":…,"device":"line","tags":{…},"quality":{…}}. Filter and compute here, where the records are in order.
Plant.line.Scans.Where(scan => scan.Failure is null).To(Sinks.stream);
