namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>A cell and the place of its first character.</summary>
internal readonly record struct CsvCell(string Text, Position At);
