using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>Options of a JSON lines sink in site.toml.</summary>
public sealed class JsonlOptions : IValidatedOptions
{
    /// <summary>The file that is written to, from the site's folder; missing folders are made.</summary>
    public required string Path { get; init; }

    /// <summary>Greatest size of a file; the batch that would go beyond begins a new one. Without it the size does not matter.</summary>
    public ByteSize? RotateSize { get; init; }

    /// <summary>How often a new file is begun. Without it time does not matter.</summary>
    public RotateEvery? RotateEvery { get; init; }

    /// <summary>Closed files that are kept, the newest; without it all are.</summary>
    [Bounds(1, 1_000_000)]
    public int? Keep { get; init; }

    /// <summary>Whether each batch is on the disk before it counts as stored. Without it a power cut may take the last seconds.</summary>
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
