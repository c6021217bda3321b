using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>Options of an SQLite sink in site.toml.</summary>
public sealed class SqliteOptions : IValidatedOptions
{
    /// <summary>The database file, relative to the site's folder; it and missing folders are created.</summary>
    /// <example>path = "data/plant.db"</example>
    public required string Path { get; init; }

    /// <summary>The table for samples.</summary>
    public string Table { get; init; } = "samples";

    /// <summary>Age at which rows are deleted, by their own time; without it they are kept.</summary>
    /// <example>keep = "90d"</example>
    public TimeSpan? Keep { get; init; }

    /// <summary>Longest wait for another program that has locked the file, before the batch fails and is retried later.</summary>
    public TimeSpan Busy { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(System.IO.Path.GetFileName(Path)))
            yield return ("path", "names no file; for instance \"data/plant.db\"");
        if (!IsIdentifier(Table)) yield return ("table", $"\"{Table}\" is no table name: a letter, then letters, digits and _");
        else if (SqliteSchema.IsReserved(Table))
            yield return ("table", $"\"{Table}\" is used for something else in the same file; for instance \"samples\"");
        if (Keep is { } keep && keep < TimeSpan.FromMinutes(1)) yield return ("keep", "is too short; at least \"1min\"");
        if (Busy < TimeSpan.Zero || Busy > TimeSpan.FromSeconds(8))
            yield return ("busy", "must be \"0s\" to \"8s\": the host gives a batch 10 s");
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
