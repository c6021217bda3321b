using System.Text;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Reads a new password, from the terminal twice and without echo, or from the standard input. Never takes it from the command line, which
/// other users of the system can see.
/// </summary>
internal static class PasswordInput
{
    private const int Shortest = 12;
    private const int Longest = 256;

    /// <summary>Returns a password that follows the rules.</summary>
    /// <param name="user">The user's name, which may not be the password.</param>
    /// <param name="fromInput">True to read the first line of the standard input.</param>
    /// <exception cref="AccountException">There is no terminal, the two do not agree, or the password breaks a rule.</exception>
    public static string Read(string user, bool fromInput)
    {
        var password = fromInput ? Console.In.ReadLine() ?? "" : ReadTwice(user);
        if (Problem(user, password) is { } problem) throw new AccountException(problem);
        return password;
    }

    /// <summary>Returns why a password is not accepted; null if it is.</summary>
    public static string? Problem(string user, string password) =>
        password.Length < Shortest ? $"a password has at least {Shortest} characters: a few words are easy to remember"
        : password.Length > Longest ? $"a password has at most {Longest} characters"
        : password.Any(char.IsControl) ? "a password has no control characters"
        : password.Distinct().Count() < 4 ? "a password has at least 4 different characters"
        : string.Equals(password, user, StringComparison.OrdinalIgnoreCase) ? "the password is the user's name" : null;

    private static string ReadTwice(string user)
    {
        if (Console.IsInputRedirected) throw new AccountException("no terminal to ask for the password: give --password-stdin");
        var first = ReadHidden($"Password of {user}: ");
        return first == ReadHidden("Once more: ") ? first : throw new AccountException("the two passwords are not the same");
    }

    private static string ReadHidden(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (key.KeyChar != '\0') text.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
