using System.Text;
using System.Text.Json;

namespace PlantRuntime.Recipes;

/// <summary>
/// An answer to a payload that was sent by <see cref="PayloadFlow.Ask"/>. It owns its memory, so that a recipe may keep it. JSON is parsed
/// at the first use. Used on the recipe's thread.
/// </summary>
public sealed class Answer
{
    private const int ExcerptLength = 100;
    private readonly ReadOnlyMemory<byte> _request;
    private readonly ReadOnlyMemory<byte> _body;
    private JsonElement? _requestJson;
    private JsonElement? _json;

    internal Answer(DateTime time, string device, ReadOnlyMemory<byte> request, int status, ReadOnlyMemory<byte> body)
    {
        (Time, Device, Status) = (time, device, status);
        (_request, _body) = (request, body);
    }

    /// <summary>Time of the payload that was sent, in UTC.</summary>
    public DateTime Time { get; }

    /// <summary>Device of the payload that was sent.</summary>
    public string Device { get; }

    /// <summary>Status code of the answer: of an http sink 200 to 299, or one of its <c>final</c> codes.</summary>
    public int Status { get; }

    /// <summary>True for a status from 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The payload that was sent.</summary>
    public JsonElement Request => _requestJson ??= JsonElement.Parse(_request.Span);

    /// <summary>The answer as text; empty if it has none.</summary>
    public string Text => Encoding.UTF8.GetString(_body.Span);

    /// <summary>True if the answer is JSON.</summary>
    public bool IsJson => TryParse() is null;

    /// <summary>The answer as JSON.</summary>
    /// <exception cref="AnswerFormatException">It is not JSON; the recipe goes on with the next answer.</exception>
    public JsonElement Json => TryParse() is { } problem
        ? throw new AnswerFormatException(
            _body.IsEmpty ? $"the answer with status {Status} is empty"
                : $"the answer with status {Status} is not JSON ({problem}): {Excerpt()}")
        : _json!.Value;

    private string? TryParse()
    {
        if (_json is not null) return null;
        try
        {
            _json = JsonElement.Parse(_body.Span);
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }

    private string Excerpt() => Encoding.UTF8.GetString(_body.Span[..Math.Min(_body.Length, ExcerptLength)]);
}

/// <summary>
/// An answer is not JSON. It does not count as a fault of the recipe that causes a rollback, because the receiver wrote it.
/// </summary>
public sealed class AnswerFormatException : Exception
{
    internal AnswerFormatException(string message)
        : base(message)
    {
    }
}
