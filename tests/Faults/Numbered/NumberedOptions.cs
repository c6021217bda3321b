using PlantRuntime.Contracts;

namespace PlantRuntime.Faults.Numbered;

/// <summary>Options of a numbered device.</summary>
public sealed class NumberedOptions
{
    /// <summary>Folder of its <see cref="Ledger"/>.</summary>
    public required string Ledger { get; init; }

    /// <summary>Letters appended to each sample.</summary>
    [Bounds(0, 1_000_000)]
    public int Padding { get; init; }
}
