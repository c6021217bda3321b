namespace PlantRuntime.Plugins.Postgres;

/// <summary>What to do with a text that has the character NUL (U+0000), which PostgreSQL cannot store.</summary>
public enum NulText
{
    /// <summary>Refuse the record: nothing is stored other than it came.</summary>
    Reject,

    /// <summary>Store ␀ (U+2400) in its place: for PLCs that pad their texts with NUL.</summary>
    Symbol,
}
