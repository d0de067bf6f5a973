namespace Kestra.Worker.Logs;

/// <summary>Replaces the secrets that a run has seen, wherever they appear in its log.</summary>
internal sealed class SecretMask
{
    private const string Mask = "******";

    private volatile string[] secrets = [];

    /// <summary>Secrets of less than two characters are not masked: everything would be.</summary>
    public void Add(string secret)
    {
        lock (this)
        {
            if (secret.Length >= 2 && !secrets.Contains(secret, StringComparer.Ordinal))
            {
                // The longest first, so that a secret inside another does not leave the rest of it readable.
                secrets = [.. secrets.Append(secret).OrderByDescending(text => text.Length)];
            }
        }
    }

    public string Apply(string text)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }
}
