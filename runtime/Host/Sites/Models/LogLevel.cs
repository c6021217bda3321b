namespace PlantRuntime.Host.Sites;

/// <summary>The least level that is logged.</summary>
internal enum LogLevel
{
    /// <summary>Everything, each scan included.</summary>
    Debug,

    /// <summary>What an operator may want to read.</summary>
    Info,

    /// <summary>What should not be, though the work goes on.</summary>
    Warn,

    /// <summary>What stopped.</summary>
    Error,
}
