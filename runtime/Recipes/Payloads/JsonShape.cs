using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>How values of one type are written as JSON.</summary>
/// <remarks>
/// System.Text.Json keeps types that it has seen for ever, and with them the recipe that made them. A shape is made by the recipe's plan
/// and dies with it.
/// </remarks>
internal abstract class JsonShape<T>
{
    public abstract void Write(Utf8JsonWriter writer, T value);
}
