namespace PlantRuntime.Testing.Server;

/// <summary>What becomes of a connection after an answer.</summary>
internal enum ReplyEnd
{
    /// <summary>The next request is read.</summary>
    Stay,

    Close,

    Reset,

    /// <summary>Nothing more happens until the client goes away.</summary>
    Hang,
}
