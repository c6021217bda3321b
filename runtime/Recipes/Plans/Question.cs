using System.Buffers;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// One <c>Ask</c> of a recipe: a route to one sink, and the flow of its answers. The host asks and passes each answer to
/// <see cref="Push"/> on the recipe's thread.
/// </summary>
/// <param name="route">The route of the payloads; its sink answers.</param>
/// <param name="name">Name of the question, unique in the recipe; a reload connects waiting answers by it.</param>
/// <param name="limits">When the host gives up.</param>
/// <param name="answers">Receives the answers.</param>
internal sealed class Question(Route route, string name, QuestionLimits limits, Flow<Answer> answers)
{
    private const string Punctuation = "_-";
    private static readonly SearchValues<char> s_allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + Punctuation);

    /// <summary>Name of the question.</summary>
    public string Name { get; } = name;

    /// <summary>The sink that answers.</summary>
    public string Sink => route.Sinks[0];

    /// <summary>When the host gives up.</summary>
    public QuestionLimits Limits { get; } = limits;

    /// <summary>True if a name has only letters, digits, _ and -.</summary>
    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_allowed);

    /// <summary>Runs an answer through the flow. Called on the recipe's thread.</summary>
    public void Push(Answer answer) => answers.Emit(answer);
}

/// <summary>When the host makes a dead letter of a payload without an answer. Without limits it asks until the queue expires it.</summary>
/// <param name="MaxAge">Largest age of the payload when it is sent, from the moment when it left the recipe.</param>
/// <param name="Attempts">Largest number of attempts since the host started.</param>
internal readonly record struct QuestionLimits(TimeSpan? MaxAge, int? Attempts);
