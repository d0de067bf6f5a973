namespace Kestra.Ion;

/// <summary>Characters of a text with their place, a little look-ahead, and the size limit of one value.</summary>
internal sealed class IonCharReader(TextReader input, IonOptions options)
{
    public const int End = -1;

    private readonly char[] _buffer = new char[8192];
    private int _next;
    private int _filled;
    private long _size;

    public int Line { get; private set; } = 1;

    public int Column { get; private set; } = 1;

    /// <summary>The character <paramref name="ahead"/> places on, or <see cref="End"/>.</summary>
    public int Peek(int ahead = 0)
    {
        if (_next + ahead >= _filled)
        {
            Fill(ahead);
        }

        return _next + ahead < _filled ? _buffer[_next + ahead] : End;
    }

    public int Take()
    {
        var c = Peek();
        if (c == End)
        {
            return End;
        }

        _next++;
        if (++_size > options.MaxValueSize)
        {
            throw Error($"The value is longer than {options.MaxValueSize} characters");
        }

        // \r\n counts once, at its \n.
        if (c == '\n' || (c == '\r' && Peek() != '\n'))
        {
            Line++;
            Column = 1;
        }
        else
        {
            Column++;
        }

        return c;
    }

    public bool TryTake(char c)
    {
        if (Peek() != c)
        {
            return false;
        }

        Take();
        return true;
    }

    public bool At(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Peek(i) != text[i])
            {
                return false;
            }
        }

        return true;
    }

    public void Skip(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Take();
        }
    }

    /// <summary>Starts counting the size of another value.</summary>
    public void StartValue() => _size = 0;

    /// <summary>Skips white space and comments.</summary>
    public void SkipBlanks()
    {
        while (true)
        {
            var c = Peek();
            if (c is ' ' or '\t' or '\n' or '\r' or '\v' or '\f' or '\uFEFF')
            {
                Take();
            }
            else if (c == '/' && Peek(1) == '/')
            {
                SkipLine();
            }
            else if (c == '/' && Peek(1) == '*')
            {
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    public IonException Error(string message, Exception? cause = null) => new(message, Line, Column, cause);

    public IonException Unexpected(string expected) => Error($"{Describe(Peek())} found where {expected} should be");

    public static string Describe(int c) => c switch
    {
        End => "The end of the text",
        < ' ' or 0x7f => $"The character U+{c:X4}",
        _ => $"'{(char)c}'",
    };

    private void SkipLine()
    {
        while (Peek() is not (End or '\n' or '\r'))
        {
            Take();
        }
    }

    private void SkipComment()
    {
        var (line, column) = (Line, Column);
        Skip(2);
        while (!At("*/"))
        {
            if (Take() == End)
            {
                throw new IonException("The comment has no end", line, column);
            }
        }

        Skip(2);
    }

    private void Fill(int ahead)
    {
        if (_next > 0)
        {
            Array.Copy(_buffer, _next, _buffer, 0, _filled - _next);
            _filled -= _next;
            _next = 0;
        }

        while (_filled <= ahead)
        {
            var read = input.Read(_buffer, _filled, _buffer.Length - _filled);
            if (read == 0)
            {
                return;
            }

            _filled += read;
        }
    }
}
