using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// Where a recipe's writes to a tag go: the host's side of <c>Write</c>. Returns at once; what becomes of the write is the host's.
/// </summary>
internal interface IWriteOutput
{
    /// <summary>Asks for a write.</summary>
    /// <param name="value">The value, in the tag's unit.</param>
    /// <param name="timestamp">Monotonic time of the scan that it was computed from: its age counts from there.</param>
    void Write(Value value, long timestamp);
}
