namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>A browse name: text within a namespace (OPC 10000-3, 8.3).</summary>
internal readonly record struct QualifiedName(ushort Namespace, string? Name)
{
    public override string ToString() => Namespace == 0 ? Name ?? "" : $"{Namespace}:{Name}";
}

/// <summary>Text in a language (OPC 10000-3, 8.5).</summary>
internal readonly record struct LocalizedText(string? Locale, string? Text)
{
    public override string ToString() => Text ?? "";
}
