using System.Text.Json;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>A shape that is one call of the writer.</summary>
internal sealed class ActionShape<T>(Action<Utf8JsonWriter, T> write) : JsonShape<T>
{
    public override void Write(Utf8JsonWriter writer, T value) => write(writer, value);
}
