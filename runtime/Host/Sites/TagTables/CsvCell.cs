namespace PlantRuntime.Host.Sites;

/// <summary>One cell of a row.</summary>
/// <param name="Text">Its text, quotes resolved, blanks around it cut unless they are quoted.</param>
/// <param name="At">Its first character, inside the quotes if there are any.</param>
internal readonly record struct CsvCell(string Text, Position At);
