using System.Buffers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Lines of <c>measurement,tag=value field=value,field=value time</c>. A line without fields is none: it is begun by its first field.
/// </summary>
internal sealed class PointWriter(IBufferWriter<byte> output, InfluxOptions options, string site, string tenant)
{
    private readonly LineText _text = new(output);
    private readonly FieldValues _values = new(output, new LineText(output), options.IsVersion2);
    private readonly List<int> _place = [];
    private string _device = "";
    private bool _isBegun;

    /// <summary>The name that a tag of the plant has as a field; <c>time</c> is no name of a field in InfluxDB.</summary>
    public static string FieldOf(string name) => name == "time" ? "time_" : name;

    /// <summary>The measurement of a device's records.</summary>
    public string MeasurementOf(string device) => options.Measurement ?? (device.StartsWith('#') ? $"_{device[1..]}" : device);

    /// <summary>The type that a value is written as.</summary>
    public FieldType TypeOf(in Value value) => _values.TypeOf(value);

    /// <summary>The next fields are of this device.</summary>
    public void Begin(string device) => (_device, _isBegun) = (device, false);

    /// <summary>A field, or one for each element of an array: <c>name_0</c>, <c>name_1</c>, as in payloads.</summary>
    /// <returns>False when the value has no form, so that nothing was written.</returns>
    public bool Field(string name, in Value value)
    {
        if (value.Kind == ValueKind.Array) return Elements(name, value.Items);
        if (_values.TypeOf(value) == FieldType.None) return false;
        Separate();
        _text.Name(_place.Count == 0 ? FieldOf(name) : name);
        foreach (var index in _place)
        {
            output.Write("_"u8);
            _values.Write(index, default);
        }

        output.Write("="u8);
        _values.Write(value);
        return true;
    }

    /// <summary>A text field that is UTF-8 already.</summary>
    public void Field(string name, ReadOnlySpan<byte> text)
    {
        Separate();
        _text.Name(name);
        output.Write("="u8);
        _text.Quoted(text);
    }

    /// <summary>The field that says how far a value can be trusted.</summary>
    public void QualityField(string name, Quality quality)
    {
        Separate();
        _text.Name(name);
        output.Write("_quality=\""u8);
        _text.Name(quality.ToText());
        output.Write("\""u8);
    }

    /// <summary>Ends the line.</summary>
    /// <returns>False when there was no field, so that there is no line.</returns>
    public bool End(DateTime time)
    {
        if (!_isBegun) return false;
        output.Write(" "u8);
        _values.Write(Timestamps.Of(time, options.Precision), "\n"u8);
        _isBegun = false;
        return true;
    }

    private bool Elements(string name, ReadOnlySpan<Value> items)
    {
        var isWritten = false;
        for (var i = 0; i < items.Length; i++)
        {
            _place.Add(i);
            isWritten |= Field(name, items[i]);
            _place.RemoveAt(_place.Count - 1);
        }

        return isWritten;
    }

    private void Separate()
    {
        output.Write(_isBegun ? ","u8 : default);
        if (_isBegun) return;
        _isBegun = true;
        _text.Name(MeasurementOf(_device));
        Tag("site", site);
        Tag("device", _device);
        if (!options.Tags.ContainsKey("tenant")) Tag("tenant", tenant);
        foreach (var (name, value) in options.Tags) Tag(name, value);
        output.Write(" "u8);
    }

    private void Tag(string name, string value)
    {
        if (value.Length == 0) return;
        output.Write(","u8);
        _text.Name(name);
        output.Write("="u8);
        _text.Name(value);
    }
}
