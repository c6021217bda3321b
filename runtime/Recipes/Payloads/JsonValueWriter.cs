using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>Writes values of one type as JSON. Created by <see cref="JsonValueWriters"/>; keeps nothing of a value.</summary>
/// <remarks>
/// <c>JsonSerializer</c> caches every type that it has serialized and so keeps the load context of a recipe's types in memory. These
/// writers belong to the plan of the recipe and are unloaded with it.
/// </remarks>
internal abstract class JsonValueWriter<T>
{
    public abstract void Write(Utf8JsonWriter writer, T value);
}
