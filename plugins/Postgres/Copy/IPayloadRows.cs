using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>How a payload becomes a row: whole, or field by field.</summary>
internal interface IPayloadRows
{
    /// <exception cref="UnstorableException">It can never be stored.</exception>
    void Write(in Record record);
}
