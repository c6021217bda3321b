namespace PlantRuntime.Host.Sites.Toml;

/// <summary>How a table came to be. TOML 1.0 lets each be added to in its own way only.</summary>
internal enum TomlTableOrigin
{
    /// <summary>Named on the way to a deeper header, <c>a</c> in <c>[a.b]</c>: may get its own header later.</summary>
    Implied,

    /// <summary>Has its own header, or is the root.</summary>
    Header,

    /// <summary>Made by a dotted key, <c>a</c> in <c>a.b = 1</c>: only more dotted keys of the same table add to it.</summary>
    Dotted,

    /// <summary>Written in braces: complete.</summary>
    Inline,
}
