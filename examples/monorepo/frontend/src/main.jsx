import { render } from 'preact';
import { useState } from 'preact/hooks';

function App() {
  const [answer, setAnswer] = useState('');

  async function ask(event) {
    const response = await fetch(`/api/duration?of=${encodeURIComponent(event.target.value)}`);
    const body = await response.json();
    setAnswer(response.ok ? `${body.text} (${body.milliseconds} ms)` : body.error);
  }

  return (
    <>
      <label>
        How long? <input onChange={ask} placeholder="90 min" />
      </label>
      <p>{answer}</p>
    </>
  );
}

render(<App />, document.getElementById('app'));
