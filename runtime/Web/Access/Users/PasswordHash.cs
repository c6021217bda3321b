using System.Globalization;
using System.Security.Cryptography;

namespace PlantRuntime.Web.Access.Users;

/// <summary>
/// Hashes passwords with PBKDF2 (RFC 8018) and HMAC-SHA256, 600,000 iterations and a salt of 128 bits, as OWASP's Password Storage Cheat
/// Sheet recommends. The text form is <c>pbkdf2-sha256$600000$SALT$HASH</c>, with salt and hash in base64. Stateless; any thread. Each call
/// takes a few tenths of a second of processor time.
/// </summary>
internal static class PasswordHash
{
    private const string Scheme = "pbkdf2-sha256";
    private const int Iterations = 600_000;

    /// <summary>Ten times today's cost: a damaged file cannot make a check last for minutes.</summary>
    private const int MostIterations = 6_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>A hash that no password has. Checking it takes as long as checking that of a user.</summary>
    public static readonly string OfNobody =
        Format(Iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>Returns the text form of a password's hash, with a new salt.</summary>
    public static string Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Format(Iterations, salt, Derive(password, salt, Iterations));
    }

    /// <summary>Returns true if the password has the hash. Compares in constant time.</summary>
    public static bool Matches(string password, string text) => TryParse(text, out var iterations, out var salt, out var hash)
        && CryptographicOperations.FixedTimeEquals(Derive(password, salt, iterations), hash);

    /// <summary>Returns true for the text form of a hash that is not weaker than those of <see cref="Create"/>.</summary>
    public static bool IsValid(string text) => TryParse(text, out _, out _, out _);

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);

    private static string Format(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");

    private static bool TryParse(string text, out int iterations, out byte[] salt, out byte[] hash)
    {
        (iterations, salt, hash) = (0, new byte[SaltBytes], new byte[HashBytes]);
        return text.Split('$') is [Scheme, var count, var saltText, var hashText]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
            && iterations is >= Iterations and <= MostIterations
            && Convert.TryFromBase64String(saltText, salt, out var saltLength) && saltLength == SaltBytes
            && Convert.TryFromBase64String(hashText, hash, out var hashLength) && hashLength == HashBytes;
    }
}
