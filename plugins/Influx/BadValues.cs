namespace PlantRuntime.Plugins.Influx;

/// <summary>What becomes of a sample that is not good.</summary>
public enum BadValues
{
    /// <summary>Its quality is written as the field <c>tag_quality</c>, its value is not.</summary>
    Mark,

    /// <summary>Its quality is written as the field <c>tag_quality</c>, and its value too, if it has one.</summary>
    Keep,

    /// <summary>Nothing of it is written.</summary>
    Skip,
}
