using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// One <c>Write</c> of a recipe. The host sets <see cref="Output"/> before the first scan; <see cref="Operators.WriteNode"/> uses it on the
/// recipe's thread.
/// </summary>
/// <param name="device">Device of the tag.</param>
/// <param name="tag">Tag of that device.</param>
/// <param name="statement">Statement in the recipe.</param>
internal sealed class TagWriteTarget(string device, string tag, PlanProblem statement)
{
    public string Device { get; } = device;

    public string Tag { get; } = tag;

    public PlanProblem Statement { get; } = statement;

    public IWriteOutput? Output { get; set; }
}

/// <summary>
/// Receives the writes of a recipe to a tag on the recipe's thread. The host implements it; the method returns immediately, and the host
/// handles the result.
/// </summary>
internal interface IWriteOutput
{
    /// <summary>True if the last requested write has ended and the device was not written, or that is unknown.</summary>
    bool HasFailed { get; }

    /// <summary>Requests a write.</summary>
    /// <param name="value">The value, in the tag's unit.</param>
    /// <param name="timestamp">
    /// Monotonic timestamp of the scan from which the value was computed; the age of the value is counted from it.
    /// </param>
    void Write(Value value, long timestamp);

    /// <summary>Reports a value that the recipe itself refuses to write.</summary>
    /// <param name="value">The value, in the tag's unit.</param>
    /// <param name="timestamp">Monotonic timestamp of the scan from which it was computed.</param>
    /// <param name="reason">The reason, for the audit log.</param>
    void Refuse(Value value, long timestamp, string reason);
}
