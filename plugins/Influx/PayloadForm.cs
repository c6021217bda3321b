namespace PlantRuntime.Plugins.Influx;

/// <summary>How a payload of a recipe is stored.</summary>
public enum PayloadForm
{
    /// <summary>A field for each number, text and bool; names of nested ones are joined by <c>_</c>.</summary>
    Fields,

    /// <summary>The JSON as it is, in one text field <c>json</c>.</summary>
    Json,
}
