using System.Runtime.CompilerServices;

namespace PlantRuntime.Testing;

/// <summary>What a test may say without a dot before it.</summary>
public static class Checks
{
    /// <summary>Fails the test when something is not so.</summary>
    /// <param name="condition">What is to be so.</param>
    /// <param name="words">How the test says it; filled in by the compiler.</param>
    /// <exception cref="TestFailedException">It is not so.</exception>
    public static void Check(bool condition, [CallerArgumentExpression(nameof(condition))] string words = "")
    {
        if (!condition) throw new TestFailedException($"this is not so: {words}");
    }

    /// <summary>Fails the test when two values are not the same.</summary>
    /// <param name="expected">What should be.</param>
    /// <param name="actual">What is.</param>
    /// <param name="words">How the test says it; filled in by the compiler.</param>
    /// <exception cref="TestFailedException">They are not.</exception>
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string words = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new TestFailedException(FormattableString.Invariant($"{words}: expected {expected}, found {actual}"));
    }
}
