namespace PlantRuntime.Host.Sites;

/// <summary>How a table came about, which decides what may still be added to it (TOML 1.0, "Table" and "Inline Table").</summary>
internal enum TomlOrigin
{
    /// <summary>Named on the way to another header: its own header may still come.</summary>
    Implicit,

    /// <summary>By its own header, or the document itself.</summary>
    Header,

    /// <summary>By a dotted key: only dotted keys of the same header add to it, and headers below it.</summary>
    Dotted,

    /// <summary>In braces: complete.</summary>
    Inline,
}
