using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>Options of a JSON lines sink in site.toml.</summary>
public sealed class JsonlOptions : IValidatedOptions
{
    /// <summary>The file that is written, relative to the site's folder; missing folders are created.</summary>
    /// <example>path = "data/lines.jsonl"</example>
    public required string Path { get; init; }

    /// <summary>Maximum size of a file; the batch that would exceed it begins a new file. Without it there is no limit.</summary>
    /// <example>rotate_size = "16MB"</example>
    public ByteSize? RotateSize { get; init; }

    /// <summary>Period after which a new file begins. Without it there is none.</summary>
    /// <example>rotate_every = "day"</example>
    public RotateEvery? RotateEvery { get; init; }

    /// <summary>Number of closed files that are kept, the newest; without it all are kept.</summary>
    /// <example>keep = 30</example>
    [Bounds(1, 1_000_000)]
    public int? Keep { get; init; }

    /// <summary>True to sync each batch to the disk before it counts as stored. Without it a power cut may lose the last seconds.</summary>
    public bool Fsync { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(System.IO.Path.GetFileName(Path)))
            yield return ("path", "names no file; for instance \"data/lines.jsonl\"");
        if (RotateSize is { Bytes: < 1024 })
            yield return ("rotate_size", $"{RotateSize} is too small; at least 1KB, for instance \"16MB\"");
        if (Keep is not null && RotateSize is null && RotateEvery is null)
            yield return ("keep", "has no effect on a file that is never closed; give rotate_size or rotate_every too");
    }
}

/// <summary>The period after which a file is closed and the next one begins.</summary>
public enum RotateEvery
{
    /// <summary>The first batch of a new day in the site's zone begins a new file.</summary>
    Day,
}
