namespace PlantRuntime.Host.Sites;

/// <summary>Text, however it was quoted.</summary>
/// <param name="at">The opening quote.</param>
/// <param name="textAt">The first character inside the quotes.</param>
/// <param name="text">The text, escapes resolved.</param>
/// <param name="isPlain">True when it stands in the file as it is: on one line and without escapes.</param>
internal sealed class TomlString(Position at, Position textAt, string text, bool isPlain) : TomlValue(at)
{
    /// <summary>The text, escapes resolved.</summary>
    public string Text { get; } = text;

    /// <summary>The first character inside the quotes.</summary>
    public Position TextAt { get; } = textAt;

    /// <summary>True when a column of the text can be counted on from <see cref="TextAt"/>.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <inheritdoc/>
    public override string Kind => "a string";

    /// <summary>
    /// Where column <paramref name="column"/> (from 1) of the text stands; the string's beginning when escapes or line breaks hide it.
    /// </summary>
    public Position PositionOf(int column) => IsPlain ? TextAt with { Column = TextAt.Column + column - 1 } : TextAt;
}
