using PlantRuntime.Recipes;

namespace PlantRuntime.Engine.Sinks.Asking;

/// <summary>
/// An answer on its way to a recipe. Created by a sink session, run by the recipe's thread, and completed once: when everything that
/// resulted from it is stored, or when no version of the recipe could run it.
/// </summary>
/// <param name="question">Name of the question in the recipe.</param>
/// <param name="answer">The answer.</param>
internal sealed class QueuedAnswer(string question, Answer answer)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Name of the question in the recipe.</summary>
    public string Question { get; } = question;

    public Answer Answer { get; } = answer;

    /// <summary>True when all that resulted from the answer is stored; false when the request has to be sent again.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Called when the resulting records are stored, on any thread.</summary>
    public void Complete() => _done.TrySetResult(true);

    /// <summary>Called when no recipe runs it.</summary>
    public void Drop() => _done.TrySetResult(false);
}
