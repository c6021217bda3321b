namespace PlantRuntime.Contracts;

/// <summary>Options with rules that no single property can state.</summary>
public interface IValidatedOptions
{
    /// <summary>Every broken rule, as the key it belongs to (as written in site.toml) and what is wrong. Empty when all is well.</summary>
    IEnumerable<(string Key, string Message)> Validate();
}
