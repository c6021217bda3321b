namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>The types of fields, by the names that the server's errors have for them.</summary>
internal enum FieldType
{
    /// <summary>There is no way to write the value.</summary>
    None,
    Float,
    Integer,
    Unsigned,
    String,
    Boolean,
}
