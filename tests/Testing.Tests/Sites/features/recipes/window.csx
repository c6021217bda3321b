Plant.press.Scans.Window(1.Minutes).Mean("amps").To(Sinks.table);
