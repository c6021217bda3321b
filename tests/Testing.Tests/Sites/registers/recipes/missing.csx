Plant.line.Scans.OnChange("level").Write(Plant.press, "count", scan => scan["level"].Number * 2);
