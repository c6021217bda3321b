namespace PlantRuntime.Contracts;

/// <summary>
/// What a plugin assembly shows: one public class with a parameterless constructor that is a <see cref="DriverPlugin{TOptions}"/>,
/// a <see cref="SinkPlugin{TOptions}"/>, or both interfaces below.
/// </summary>
public interface IPlugin
{
    /// <summary>The word after <c>driver =</c> or <c>sink =</c> in site.toml: lower case, for instance "modbus".</summary>
    string Name { get; }
}
