namespace PlantRuntime.Wire;

/// <summary>What a reply's reference id makes of it. Only <see cref="Expected"/> replies may be used.</summary>
public enum ReplyKind
{
    /// <summary>The answer to a request that waits for it.</summary>
    Expected,

    /// <summary>The answer to a request that was given up.</summary>
    Late,

    /// <summary>A second answer to a request.</summary>
    Duplicate,

    /// <summary>The answer to no request of ours, or to one too long ago to be remembered.</summary>
    Foreign,
}
