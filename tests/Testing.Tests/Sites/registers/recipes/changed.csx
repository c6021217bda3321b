Plant.line.Scans.Write(Plant.press, "count", scan => scan["level"].Number, changedOnly: true);
