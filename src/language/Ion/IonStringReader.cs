using System.Text;

namespace Kestra.Ion;

/// <summary>Reads the texts of text Ion: strings, long strings, symbols, blobs and clobs.</summary>
internal sealed class IonStringReader(IonCharReader chars)
{
    private const string LongQuote = "'''";

    public string ReadString()
    {
        chars.Take();
        return ReadUntil('"', bytes: false);
    }

    public string ReadQuotedSymbol()
    {
        chars.Take();
        return ReadUntil('\'', bytes: false);
    }

    /// <summary>Long strings that follow each other are one.</summary>
    public string ReadLongString() => ReadLong(bytes: false);

    public string ReadIdentifier()
    {
        var text = new StringBuilder();
        while (IonSymbol.IsIdentifierPart(chars.Peek()))
        {
            text.Append((char)chars.Take());
        }

        return text.ToString();
    }

    public string ReadOperator()
    {
        var text = new StringBuilder();
        while (IonSymbol.IsOperator(chars.Peek()) && !chars.At("//") && !chars.At("/*"))
        {
            text.Append((char)chars.Take());
        }

        return text.ToString();
    }

    /// <summary>A blob, <c>{{aGk=}}</c>, or a clob, <c>{{"text"}}</c>.</summary>
    public byte[] ReadLob()
    {
        chars.Skip(2);
        SkipSpace();
        var bytes = chars.Peek() switch
        {
            '"' => ReadClob(isLong: false),
            '\'' => ReadClob(isLong: true),
            _ => ReadBase64(),
        };
        SkipSpace();
        if (!chars.At("}}"))
        {
            throw chars.Unexpected("'}}'");
        }

        chars.Skip(2);
        return bytes;
    }

    private byte[] ReadClob(bool isLong)
    {
        string text;
        if (isLong)
        {
            text = chars.At(LongQuote) ? ReadLong(bytes: true) : throw chars.Unexpected("'''");
        }
        else
        {
            chars.Take();
            text = ReadUntil('"', bytes: true);
        }

        return Encoding.Latin1.GetBytes(text);
    }

    private byte[] ReadBase64()
    {
        var text = new StringBuilder();
        while (chars.Peek() is not ('}' or IonCharReader.End))
        {
            var c = (char)chars.Take();
            if (c is not (' ' or '\t' or '\r' or '\n' or '\v' or '\f'))
            {
                text.Append(c);
            }
        }

        try
        {
            return Convert.FromBase64String(text.ToString());
        }
        catch (FormatException e)
        {
            throw chars.Error("The blob is not Base64", e);
        }
    }

    // Inside {{ }} a slash is data, so there are no comments.
    private void SkipSpace()
    {
        while (chars.Peek() is ' ' or '\t' or '\r' or '\n' or '\v' or '\f')
        {
            chars.Take();
        }
    }

    private string ReadLong(bool bytes)
    {
        var text = new StringBuilder();
        do
        {
            chars.Skip(3);
            while (!chars.At(LongQuote))
            {
                ReadCharacter(text, bytes, multiline: true);
            }

            chars.Skip(3);
            if (bytes)
            {
                SkipSpace();
            }
            else
            {
                chars.SkipBlanks();
            }
        }
        while (chars.At(LongQuote));

        return text.ToString();
    }

    private string ReadUntil(char quote, bool bytes)
    {
        var text = new StringBuilder();
        while (chars.Peek() != quote)
        {
            ReadCharacter(text, bytes, multiline: false);
        }

        chars.Take();
        return text.ToString();
    }

    private void ReadCharacter(StringBuilder text, bool bytes, bool multiline)
    {
        var c = chars.Peek();
        if (c == '\\')
        {
            ReadEscape(text, bytes);
            return;
        }

        var isControl = c is < ' ' and not ('\t' or '\v' or '\f');
        if (c == IonCharReader.End || (isControl && !(multiline && c is '\n' or '\r')))
        {
            throw chars.Unexpected("the closing quote");
        }

        if (bytes && c > 0x7f)
        {
            throw chars.Error("A clob holds ASCII characters only; others are written as \\x escapes");
        }

        chars.Take();
        if (c == '\r')
        {
            // Every line end in a long string is one \n.
            chars.TryTake('\n');
            c = '\n';
        }

        text.Append((char)c);
    }

    private void ReadEscape(StringBuilder text, bool bytes)
    {
        chars.Take();
        var c = chars.Take();
        switch (c)
        {
            case '0': text.Append('\0'); break;
            case 'a': text.Append('\a'); break;
            case 'b': text.Append('\b'); break;
            case 't': text.Append('\t'); break;
            case 'n': text.Append('\n'); break;
            case 'v': text.Append('\v'); break;
            case 'f': text.Append('\f'); break;
            case 'r': text.Append('\r'); break;
            case '"' or '\'' or '?' or '\\' or '/': text.Append((char)c); break;
            case '\n': break;
            case '\r': chars.TryTake('\n'); break;
            case 'x': text.Append((char)ReadHex(2)); break;
            case 'u' when !bytes: text.Append((char)ReadHex(4)); break;
            case 'U' when !bytes: AppendCodePoint(text, ReadHex(8)); break;
            default: throw chars.Error($"\\{(c == IonCharReader.End ? "" : ((char)c).ToString())} is no escape of Ion");
        }
    }

    private uint ReadHex(int digits)
    {
        uint value = 0;
        for (var i = 0; i < digits; i++)
        {
            var c = chars.Peek();
            if (c == IonCharReader.End || !char.IsAsciiHexDigit((char)c))
            {
                throw chars.Unexpected($"an escape of {digits} hexadecimal digits");
            }

            value = (value << 4) | (uint)Convert.ToInt32(((char)chars.Take()).ToString(), 16);
        }

        return value;
    }

    private void AppendCodePoint(StringBuilder text, uint codePoint)
    {
        if (Rune.IsValid(codePoint))
        {
            text.Append(new Rune(codePoint).ToString());
        }
        else if (codePoint <= char.MaxValue)
        {
            text.Append((char)codePoint);
        }
        else
        {
            throw chars.Error($"U+{codePoint:X} is beyond the last character of Unicode");
        }
    }
}
