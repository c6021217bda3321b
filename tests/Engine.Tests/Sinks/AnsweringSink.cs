using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Sinks;

/// <summary>A sink that answers each question as a test says; without a word with the request itself.</summary>
internal sealed class AnsweringSink(int atOnce = 1) : ScriptedSink, IAnsweringSink, IParallelSink
{
    private readonly Lock _gate = new();
    private readonly List<(string Text, RecordId Id)> _asked = [];

    public int BatchesAtOnce => atOnce;

    public Func<string, CancellationToken, Task<SinkAnswer>>? OnAsk { get; set; }

    /// <summary>All questions, in the order of their arrival, also those that failed.</summary>
    public IReadOnlyList<(string Text, RecordId Id)> Asked
    {
        get
        {
            lock (_gate) return [.. _asked];
        }
    }

    public async ValueTask<SinkAnswer> AskAsync(Contracts.Record request, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetString(request.Json.Span);
        lock (_gate) _asked.Add((text, request.Id));
        return OnAsk is null ? Reply(text) : await OnAsk(text, cancel);
    }

    /// <summary>Answers each question with itself when one is released.</summary>
    public void AnswerAfter(SemaphoreSlim released) => OnAsk = async (text, cancel) =>
    {
        await released.WaitAsync(cancel);
        return Reply(text);
    };

    public static SinkAnswer Reply(string text, int status = 200) => new(status, Encoding.UTF8.GetBytes(text));
}
