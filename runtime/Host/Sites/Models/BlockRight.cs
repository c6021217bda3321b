namespace PlantRuntime.Host.Sites;

/// <summary>What recipes may do with a device's blocks of raw bytes.</summary>
internal enum BlockRight
{
    Read,

    /// <summary>A mirror may write them, too.</summary>
    Write,
}
