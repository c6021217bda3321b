namespace PlantRuntime.Contracts;

/// <summary>A driver that can write tags. The host decides who may write what; the driver only writes.</summary>
public interface IWritable : IDriver
{
    /// <summary>Parses the addresses of tags that may be written, without I/O, as <see cref="IDriver.Prepare"/> does for reading.</summary>
    /// <exception cref="AddressException">Some addresses are wrong or cannot be written; it names all of them.</exception>
    IWriter PrepareWrites(IReadOnlyList<TagDefinition> tags);
}
