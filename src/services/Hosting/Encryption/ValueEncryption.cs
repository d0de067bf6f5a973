using System.Security.Cryptography;
using System.Text;

namespace Kestra.Hosting.Encryption;

/// <summary>
/// Encrypts values at rest with the key of the installation: AES-GCM, text is Base64 of a 12-byte nonce, the cipher text and a
/// 16-byte tag (§2.7 of the model).
/// </summary>
public sealed class ValueEncryption
{
    /// <summary>The <c>type</c> of the map that stands for an encrypted value.</summary>
    public const string TypeName = "io.kestra.datatype:aes_encrypted";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] key;

    /// <param name="base64Key">16, 24 or 32 bytes as Base64 (<c>kestra.encryption.secret-key</c>).</param>
    /// <exception cref="FormatException">Not such a key.</exception>
    public ValueEncryption(string base64Key)
    {
        key = Convert.FromBase64String(base64Key);
        if (key.Length is not (16 or 24 or 32))
        {
            throw new FormatException($"The key has {key.Length} bytes; 16, 24 or 32 are needed.");
        }
    }

    /// <summary>The map that is stored in place of the clear text.</summary>
    public IReadOnlyDictionary<string, object?> Protect(string text) =>
        new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["value"] = Encrypt(text), ["type"] = TypeName };

    public string Encrypt(string text)
    {
        var clear = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceBytes + clear.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, clear, sealedBytes.AsSpan(NonceBytes, clear.Length), sealedBytes.AsSpan(NonceBytes + clear.Length));
        return Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="CryptographicException">Encrypted with another key, or changed since.</exception>
    public string Decrypt(string base64)
    {
        var sealedBytes = Convert.FromBase64String(base64);
        if (sealedBytes.Length < NonceBytes + TagBytes)
        {
            throw new CryptographicException("The encrypted value is too short.");
        }

        var clear = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes, clear.Length), sealedBytes.AsSpan(NonceBytes + clear.Length), clear);
        return Encoding.UTF8.GetString(clear);
    }
}
