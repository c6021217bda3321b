using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// One row of the live table: a device, mirror, sink, recipe or tag. Owned by <see cref="SiteView"/>, which changes it as events come; all
/// texts are without control characters.
/// </summary>
internal sealed class TableRow(RowKind kind, string name)
{
    /// <summary>The kind of the part.</summary>
    public RowKind Kind => kind;

    /// <summary>Its name; <c>device.tag</c> for a tag.</summary>
    public string Name => name;

    /// <summary>True if it does not work.</summary>
    public bool IsBad { get; set; }

    /// <summary>State of a part, quality of a tag.</summary>
    public string State { get; set; } = "";

    /// <summary>Value of a tag; the most important number of a part. Formatted when the row is drawn.</summary>
    public Value Value { get; set; }

    /// <summary>Unit of the value.</summary>
    public string Unit { get; set; } = "";

    /// <summary>Time of the last scan or change, in milliseconds since 1970; 0 for none.</summary>
    public long Time { get; set; }

    /// <summary>Further counters, or the description of a tag.</summary>
    public string Info { get; set; } = "";

    /// <summary>The reason for the state; empty if there is none.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The next step of the operator; empty for none.</summary>
    public string Next { get; set; } = "";

    /// <summary>True if the values are singles.</summary>
    public bool IsSingle { get; init; }
}

/// <summary>The kinds of rows, in the order of the table.</summary>
internal enum RowKind
{
    /// <summary>A device.</summary>
    Device,

    /// <summary>A mirror between two devices.</summary>
    Mirror,

    /// <summary>A sink.</summary>
    Sink,

    /// <summary>A recipe.</summary>
    Recipe,

    /// <summary>A tag.</summary>
    Tag,
}
